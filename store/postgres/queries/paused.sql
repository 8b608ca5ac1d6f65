-- out: names of paused queues
SELECT queue FROM tasuki.paused
