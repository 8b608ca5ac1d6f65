require "logger"
require "rails"
require "active_job/railtie"
require "sidekiq/rails"

class TasukiApp < Rails::Application
  config.load_defaults 6.1
  config.eager_load = false
  config.logger = Logger.new($stderr, level: Logger::WARN)
  config.secret_key_base = "of no use"
  config.active_job.queue_adapter = :sidekiq
end
TasukiApp.initialize!
