# A class of Sidekiq's; the server is in REDIS_URL.
require_relative "note"
require "sidekiq"

class WaitJob
  include Sidekiq::Worker

  def perform(name) = wait(name)
end
