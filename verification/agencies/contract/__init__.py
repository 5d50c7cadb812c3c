"""Filing of sales contracts (housing): a bought home whose deed has not been issued yet."""

from verification.agencies import Doubt
from verification.agencies.property import PropertyAdapter

ADAPTER = PropertyAdapter("contract", "contract", "buyers", Doubt.HOME_CONTRACT)
