require "sidekiq/scheduled"

Sidekiq::Scheduled::Poller.prepend(Module.new do
  private

  def initial_wait = nil

  def random_poll_interval = 0.25
end)
