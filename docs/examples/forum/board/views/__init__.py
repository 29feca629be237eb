"""The pages of the board, by what they are about."""
