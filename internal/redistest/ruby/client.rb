# Does what it is told, line by line.
# Input: a line of JSON each, {"code": Ruby, "args": […]}, which the code has as args.
# Output: a line of JSON each, {"value": …} of the code's last expression, or
# {"error": class, "message": …}.
replies = $stdout.dup
$stdout.reopen($stderr) # what the code prints is no reply
$stdout.sync = replies.sync = true

require "json"
require "sidekiq"
require "sidekiq/api"

def tasuki_run(code, args) = eval(code, binding, "(test)")

def tasuki_reply(line)
  told = JSON.parse(line)
  JSON.generate({"value" => tasuki_run(told["code"], told["args"])})
rescue Exception => e # also one that would end the process
  JSON.generate({"error" => e.class.name, "message" => e.message.dup.force_encoding("UTF-8").scrub})
end

begin
  require_relative "app"
  replies.puts JSON.generate({"value" => nil})
rescue Exception => e
  replies.puts JSON.generate({"error" => e.class.name, "message" => e.full_message(highlight: false)})
  exit 1
end
while (line = $stdin.gets)
  replies.puts tasuki_reply(line)
end
