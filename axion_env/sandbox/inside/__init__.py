"""Code that runs inside the jail, and the formats that both sides use. Jailed code can read these files: nothing secret belongs here."""
