// Package source has things to go through with [tasuki.Each] and [tasuki.Loop]:
// slices, rows of a database, CSV files, lines, file trees, pages of an API; and
// what changes another source: [Nested], [Batch], [Pace].
//
// Each yields an [Item]: the thing itself, and the cursor behind it. The doc
// comment of each source says what its cursor is, what going on behind it costs,
// and what becomes of a job whose source changes meanwhile. A cursor that belongs
// to something else, a file that was replaced or a table whose keys changed, is
// [ErrChanged].
package source
