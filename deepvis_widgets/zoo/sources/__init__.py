"""Networks from elsewhere: timm, transformers, torch.hub, and files of every kind."""
