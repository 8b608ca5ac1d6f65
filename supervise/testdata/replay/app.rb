# An application with Delayed Job and no more: the table is in DATABASE_URL.
require_relative "note"
require "active_record"
ActiveRecord::Base.configurations = {ENV.fetch("RAILS_ENV") => {"url" => ENV.fetch("DATABASE_URL")}}
ActiveRecord::Base.establish_connection
require "delayed_job_active_record"

Delayed::Worker.sleep_delay = 0.2 # the pause when there are no jobs

require_relative "ready" if ENV["REPLAY_READY"]

Wait = Struct.new(:name) do
  def perform = wait(name)
end
