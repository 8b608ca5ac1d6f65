# What the web server and Sidekiq load.
require "sidekiq"

# Go runs it (pages.go). Ruby goes on enqueuing it as before, to a queue on which no
# Ruby process works.
class PagesJob
  include Sidekiq::Job
  sidekiq_options queue: "go"

  def perform(shop, catalogue, options = {})
    raise NotImplementedError, "Go runs this"
  end
end

# Ruby runs it. Go enqueues it when the pages are written.
class NoticeJob
  include Sidekiq::Job

  def perform(shop, text)
    File.write(ENV.fetch("OUTBOX", "outbox.txt"), "shop #{shop}: #{text}\n", mode: "a")
  end
end
