"""Parts that every widget uses: layout, notices, progress, figures, controls."""
