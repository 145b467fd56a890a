// A folder without sources still becomes a library.
