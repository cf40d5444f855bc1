"""Pictures of a plan, as text: SVG, Mermaid, and for the terminal."""
