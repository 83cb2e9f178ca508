"""What the state of the house is measured with: pictures of every widget, calls between files, figures of the tree."""
