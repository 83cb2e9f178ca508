"""What occlusion and LIME share: windows, superpixels, scores of covered pictures, surrogates."""
