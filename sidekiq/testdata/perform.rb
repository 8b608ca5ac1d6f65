# Performs jobs as a Rails worker would. Input: one job a line, the args of its Sidekiq
# payload. Output, a line each, JSON: what perform saw, or the error, and whether Rails
# itself would write the arguments as they came.
require "active_support/all"
require "active_job"
require "globalid"
require "json"
require "sidekiq"

ActiveJob::Base.logger = nil
require "active_job/arguments"
require "active_job/queue_adapters/sidekiq_adapter"
GlobalID.app = "shop"
I18n.available_locales = [:de]
I18n.default_locale = :de

# What retry_on and the like put back.
class Backlog
  JOBS = []
  def enqueue(job) = JOBS << job.serialize
  def enqueue_at(job, _at) = JOBS << job.serialize
end
ActiveJob::Base.queue_adapter = Backlog.new

Order = Struct.new(:id) do
  include GlobalID::Identification
  def self.find(id) = new(id)
end

module Admin
  class AnyJob < ActiveJob::Base
    cattr_accessor :saw
    def perform(*args, **words)
      self.class.saw = {args: args.map { |a| Admin.show(a) }, words: Admin.show(words), locale: I18n.locale, queue: queue_name, id: job_id, provider: provider_job_id}
    end
  end

  class RetriedJob < ActiveJob::Base
    retry_on ArgumentError, wait: 1
    def perform(*) = raise(ArgumentError, "not today")
  end

  # show is a value with its class, as Ruby writes it.
  def self.show(value)
    case value
    when Time then "Time #{value.iso8601(9)}"
    when Date then "Date #{value.iso8601}"
    when ActiveSupport::Duration then "Duration #{value.value.inspect} #{Time.utc(2026) + value}"
    when Order then "Order #{value.id}"
    when String then "String #{value.encoding} #{value.inspect}"
    else value.inspect
    end
  end
end

$stdin.each_line do |line|
  Admin::AnyJob.saw = nil
  Backlog::JOBS.clear
  answer = {}
  begin
    args = JSON.parse(line)
    given = args[0]["arguments"]
    wrapper = ActiveJob::QueueAdapters::SidekiqAdapter::JobWrapper.new
    wrapper.jid = "jid"
    wrapper.perform(*args)
    again = ActiveJob::Arguments.serialize(ActiveJob::Arguments.deserialize(JSON.parse(JSON.generate(given))))
    answer = {saw: Admin::AnyJob.saw, same: JSON.parse(JSON.generate(again)) == given, back: Backlog::JOBS}
  rescue StandardError, SystemStackError => e
    answer = {error: "#{e.class}: #{e.message}"}
  end
  $stdout.puts JSON.generate(answer)
  $stdout.flush
end
