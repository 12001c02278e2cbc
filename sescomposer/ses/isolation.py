"""A session of the SDK that knows nothing but what it is given: no environment, no files of the user, no metadata.

With such a session the key in the keyring is the one that signs, and mail goes where the account says, whatever
variables and configuration files a shell or another program left behind. Proxies are the one thing that is still taken
from the environment, since without them no connection may be possible at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES, ConfigChainFactory, ConfigValueStore
from botocore.credentials import CredentialResolver
from botocore.handlers import add_recursion_detection_header
from botocore.loaders import Loader
from botocore.plugin import PluginContext, reset_plugin_context, set_plugin_context


class IsolatedSession(botocore.session.Session):
    """See the module.

    Args:
        access_key: Access key id.
        secret_key: Its secret.

    >>> session = IsolatedSession("AKIDEXAMPLE", "hush")
    >>> session.full_config, session.get_config_variable("region")
    ({'profiles': {}}, None)
    """

    def __init__(self, access_key: str, secret_key: str) -> None:
        super().__init__()
        for name, component in _components(self).items():
            self.register_component(name, component)
        # A variable of the environment that only Lambda sets would otherwise go along as a header field.
        handler: Any = add_recursion_detection_header
        self.unregister("before-call", handler)
        self.set_credentials(access_key, secret_key)

    @property
    def full_config(self) -> Any:
        """The configuration files: none."""
        return {"profiles": {}}

    def get_auth_token(self, **_: object) -> Any:
        """Give the bearer token: none; the environment may hold one."""
        return None


def _components(session: botocore.session.Session) -> dict[str, object]:
    """Give what the session stands on, in place of what looks around on the machine."""
    chains = ConfigChainFactory(session, environ={})
    store = ConfigValueStore()
    for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items():
        chain = chains.create_config_chain(instance_name=name, default=default, conversion_func=conversion)
        store.set_config_provider(name, chain)
    return {
        "config_store": store,
        "credential_provider": CredentialResolver([]),
        # Without the folder ~/.aws/models, in which a service model may name other endpoints.
        "data_loader": Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False),
    }


@contextmanager
def without_plugins() -> Iterator[None]:
    """Make clients that load no plugin; a variable of the environment may name some."""
    token = set_plugin_context(PluginContext(plugins="DISABLED"))
    try:
        yield
    finally:
        reset_plugin_context(token)
