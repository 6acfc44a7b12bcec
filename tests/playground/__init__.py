"""The local Bot API server judges as Telegram does: each rule once, over HTTP, by python-telegram-bot's own Bot."""
