"""What is raised where a table does not keep its contract."""

from crmlab._errors import InputError

__all__ = ["ContractError"]


class ContractError(InputError):
    """A table does not keep its contract: columns are missing, or rows break a rule.

    Examples
    --------
    >>> from crmlab.contracts import TRANSACTIONS
    >>> TRANSACTIONS.check_header(["customer_id", "date", "Amount"])
    Traceback (most recent call last):
    crmlab.contracts.ContractError: The transactions table lacks 'amount'; it has 'customer_id', ...
    """

    __module__ = "crmlab.contracts"  # where users import it from, as tracebacks should say
