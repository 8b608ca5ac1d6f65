-- Keeps the rest of what left together. in: number, ids
UPDATE tasuki_gone SET ids = ?2 WHERE n = ?1
