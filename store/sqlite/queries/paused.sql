-- out: the paused queues
SELECT queue FROM tasuki_paused
