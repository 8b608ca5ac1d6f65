# Waits for the end of a test process, however it ends, then ends what it started and
# removes the folder of that.
# Input: $1 is the folder, with a file NAME.pid for each that runs, who leads a process
# group; standard input is a pipe that is open as long as the test process lives, and
# while it starts one.
read -r _
for file in "$1"/*.pid; do
  { read -r pid <"$file"; } 2>/dev/null && kill -s KILL -- "-$pid"
done
n=0
until rm -rf "$1" || [ $n -ge 250 ]; do # who is still ending may have made a file meanwhile
  sleep 0.02
  n=$((n + 1))
done 2>/dev/null
