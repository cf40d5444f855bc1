"""The prompts: manifest, numbers from pieces, and a check of the audio."""
