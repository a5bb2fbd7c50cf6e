"""The HTTP toolkit: errors to pages, security headers, templates, forms."""
