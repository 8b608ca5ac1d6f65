-- out: the store's clock
SELECT tasuki.now()
