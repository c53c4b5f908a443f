"""One person with several accounts: what each way of telling customers apart gets wrong."""
