"""Filing of sales contracts (housing): a bought home whose deed has not been issued yet."""

from verification.agencies.property import PaperAdapter

ADAPTER = PaperAdapter("contract", "contract", "buyers", "home_contract")
