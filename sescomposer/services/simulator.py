"""What the mailbox simulator does with each recipient (SES Developer Guide, using the mailbox simulator)."""

from dataclasses import dataclass

from sescomposer.services.ports import DeliveryOutcome

DOMAIN = "simulator.amazonses.com"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One address of the simulator.

    Attributes:
        local_part: Without a label.
        outcome: What becomes of a message sent there.
        explanation: One sentence for people.
    """

    local_part: str
    outcome: DeliveryOutcome
    explanation: str


SCENARIOS = (
    Scenario("success", DeliveryOutcome.DELIVERED, "The receiver accepts the message."),
    Scenario(
        "bounce",
        DeliveryOutcome.BOUNCED,
        "The receiver refuses it with 550 5.1.1 (unknown user): a hard bounce. The simulator keeps the address off the "
        "suppression list.",
    ),
    Scenario("ooto", DeliveryOutcome.OUT_OF_OFFICE, "It is delivered, then an out-of-office reply comes back."),
    Scenario("complaint", DeliveryOutcome.COMPLAINED, "It is delivered, then the recipient reports it as spam."),
    Scenario(
        "suppressionlist",
        DeliveryOutcome.SUPPRESSED,
        "SES accepts it and treats it as a hard bounce, because the address is on the global suppression list.",
    ),
)

_ORDINARY = Scenario("", DeliveryOutcome.DELIVERED, "An ordinary address: the local inbox delivers it.")
_BY_LOCAL_PART = {scenario.local_part: scenario for scenario in SCENARIOS}


def scenario_of(recipient: str) -> Scenario:
    """Give what happens to a recipient, an addr-spec in wire form; a label behind "+" does not count.

    >>> scenario_of("bounce+order42@simulator.amazonses.com").outcome.value
    'bounced'
    >>> scenario_of("bounce@example.com").outcome.value
    'delivered'
    """
    local_part, _, domain = recipient.rpartition("@")
    if domain.lower() != DOMAIN:
        return _ORDINARY
    return _BY_LOCAL_PART.get(local_part.partition("+")[0].lower(), _ORDINARY)
