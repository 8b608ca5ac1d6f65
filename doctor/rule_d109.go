package doctor

var d109 = Rule{
	ID: "D109", Name: "package-runner", Severity: Error,
	Finds: "npm, npx, yarn, pnpm or bun in front of the worker.",
	Why: `npm starts the program through a shell of its own. It passes SIGTERM to that shell, which dies of it, and leaves half a
second later; the worker hears nothing and is killed (npm/cli and others have many reports, paketo-buildpacks/nodejs#37
among them).`,
	Fix: "Start the program itself: node dist/worker.js.",
	Bad: `-- Dockerfile --
FROM node:22
WORKDIR /app
COPY . .
CMD ["npm", "run", "worker"]
-- package.json --
{
  "dependencies": {"bullmq": "^5.0.0"},
  "scripts": {"worker": "node dist/worker.js"}
}
`,
	Good: `-- Dockerfile --
FROM node:22
WORKDIR /app
COPY . .
CMD ["node", "dist/worker.js"]
-- package.json --
{
  "dependencies": {"bullmq": "^5.0.0"},
  "scripts": {"worker": "node dist/worker.js"}
}
`,
	check: signals("D109"),
}
