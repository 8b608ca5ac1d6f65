-- in: worker, beat, now, info
UPDATE tasuki_workers SET beat = ?2, beaten = ?3, info = ?4 WHERE worker = ?1
