"""The Explorer on a page that lives without a kernel."""
