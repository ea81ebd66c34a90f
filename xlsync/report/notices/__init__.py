"""What units are told: notices as mails, letters and archives."""
