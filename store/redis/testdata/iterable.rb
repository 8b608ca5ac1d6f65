# What iterable jobs of Sidekiq 7.3 and later do with their state in Redis, for a Sidekiq
# that has none: the same commands and the same reading, nothing more.
module Iterable
  KEPT = 30 * 24 * 60 * 60

  # What its Web and API show of a job.
  def self.query(jid)
    state = Sidekiq.redis { |c| c.hgetall("it-#{jid}") }
    return nil if state.empty?
    [state["ex"].to_i, JSON.parse(state["c"]), state["rt"].to_f]
  end

  # Its cancel!, as it is.
  def self.cancel!(jid)
    Sidekiq.redis do |c|
      c.hsetnx("it-#{jid}", "cancelled", Time.now.to_i)
      c.expire("it-#{jid}", KEPT)
    end
  end

  # Runs a job over a list, up to in front of the item with a number, as if the worker
  # stopped there. Answers the items done, and what callbacks were called.
  def self.run(jid, list, stop = nil, took = 0.5)
    key = "it-#{jid}"
    done, called = [], []
    state = Sidekiq.redis { |c| c.hgetall(key) }
    ex, cursor, rt = 0, nil, 0.0
    ex, cursor, rt = state["ex"].to_i, JSON.parse(state["c"]), state["rt"].to_f unless state.empty?
    raise ArgumentError, "the cursor is a #{cursor.class}" unless cursor.nil? || cursor.is_a?(Integer)
    ex += 1
    called << (ex == 1 ? "start" : "resume")
    at = cursor || 0
    cancelled = !Sidekiq.redis { |c| c.hget(key, "cancelled") }.nil?
    until cancelled || at >= list.size
      if at == stop
        Sidekiq.redis do |c|
          c.hset(key, "ex", ex, "c", JSON.generate(at), "rt", rt + took)
          c.expire(key, KEPT)
        end
        return [done, called << "stop"]
      end
      done << list[at]
      at += 1
    end
    called << "cancel" if cancelled
    Sidekiq.redis { |c| c.unlink(key) }
    [done, called.push("stop", "complete")]
  end
end
