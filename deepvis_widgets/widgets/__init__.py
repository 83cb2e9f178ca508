"""Floor 4: the widgets, one room each; link, views, kit and board are shared by all."""
