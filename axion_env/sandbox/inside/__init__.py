"""What runs inside the jail, and the form both sides speak. These files are shown to jailed code: nothing secret belongs here."""
