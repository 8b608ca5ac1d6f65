FOLDER = __dir__

# Writes down what happens to a job, who saw it, and under which identity.
def note(what, name)
  File.write("#{FOLDER}/notes", "#{what} #{name} #{$$} #{ENV.fetch("TASUKI_SLOT", "-")}\n", mode: "a")
end

# A job takes until the file go-NAME is there.
def wait(name)
  note("begin", name)
  sleep 0.02 until File.exist?("#{FOLDER}/go-#{name}")
  note("end", name)
end
