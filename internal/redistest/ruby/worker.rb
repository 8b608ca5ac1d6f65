# Loads an app into a worker process, which says in the file ready what its name is, once
# it is in Redis' list of processes.
folder = __dir__
Sidekiq.configure_server do |config|
  config.on(:heartbeat) do
    File.write("#{folder}/ready.new", Sidekiq.options[:identity])
    File.rename("#{folder}/ready.new", "#{folder}/ready")
  end
end
require "sidekiq/api"
require_relative "app"
