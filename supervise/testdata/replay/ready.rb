# Tells the supervisor when this worker takes jobs.
class TellsItIsReady < Delayed::Plugin
  callbacks do |lifecycle|
    lifecycle.before(:execute) do
      if (supervisor = ENV["NOTIFY_SOCKET"])
        Addrinfo.unix(supervisor, :DGRAM).connect { |socket| socket.write("READY=1") }
      end
    rescue SystemCallError # it has ended: the next one takes this worker over
    end
  end
end
Delayed::Worker.plugins << TellsItIsReady
