"""Tables: declared once, filtered, sorted and paged by the server, one template for all (UX-10 to UX-21)."""
