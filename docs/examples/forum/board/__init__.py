"""The board: questions, answers, comments and votes, kept and ruled by qathread."""
