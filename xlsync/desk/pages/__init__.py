"""The pages, one module each: addresses, what they show, and what their forms do."""
