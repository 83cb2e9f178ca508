"""QuestionBoard: a question about a picture, what each word of it adds, and where the answer lies."""
