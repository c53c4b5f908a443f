"""The words that canonical tables are written with, in one place."""

__all__ = ["CHANNELS", "DESIGNS", "PURPOSES", "RESPONSE_KINDS", "SPEND_PURPOSES", "STATUSES"]

# How the firm reaches a customer, and may be allowed to or not.
CHANNELS = ("email", "phone", "post")
# What a customer may consent to: offers; news about what was bought; passing data to partners.
PURPOSES = ("marketing", "service", "partner")
# How the customers of a campaign were chosen: by lot, by staff, or everybody concerned.
DESIGNS = ("randomised", "biased", "routine")
# What a customer did after a contact.
RESPONSE_KINDS = ("open", "click", "redeem", "order")
# What marketing money was spent on: winning customers, or keeping them.
SPEND_PURPOSES = ("acquire", "keep")
# What became of an order. Paid, partly refunded and refunded orders count; the shop decides about
# pending and partly paid ones; cancelled ones never count.
STATUSES = ("paid", "partly refunded", "refunded", "partly paid", "pending", "cancelled")
