import pytest

from shop import create_app


@pytest.fixture
def shop(gateway):
    """A browser at the shop, which knows the gateway."""
    client = gateway.order("/clients", client_id="shop", redirect_uris=["http://localhost/callback"])
    return create_app(gateway.url, client["client_id"], client["client_secret"]).test_client()


def sign_in(gateway, shop, username, **more):
    """What happens between the click on "Sign in" and the page that comes of it."""
    begun = shop.get("/login")
    return shop.get(gateway.authorize(begun.location, username, **more), follow_redirects=True)


def test_somebody_signs_in(gateway, shop):
    gateway.order("/users", username="ada", given_name="Ada", family_name="Lovelace")
    page = sign_in(gateway, shop, "ada")
    assert page.status_code == 200
    assert "Hello Ada Lovelace" in page.text
    assert "prices" not in page.text


def test_shopkeepers_change_prices(gateway, shop):
    gateway.order("/users", username="grace", groups=["shopkeepers"])
    assert "Change the prices" in sign_in(gateway, shop, "grace").text


def test_who_says_no_stays_outside(gateway, shop):
    gateway.order("/users", username="ada")
    page = sign_in(gateway, shop, "ada", deny=True)
    assert page.status_code == 403
    assert "access_denied" in page.text


def test_who_comes_too_late_stays_outside(gateway, shop):
    gateway.order("/users", username="ada")
    back = gateway.authorize(shop.get("/login").location, "ada")
    gateway.order("/advance", seconds=120)  # a code is good for a minute
    assert shop.get(back).status_code == 403


def test_who_is_locked_stays_outside(gateway, shop):
    gateway.order("/users", username="ada")
    gateway.order("/users/lock", username="ada")
    with pytest.raises(AssertionError, match="not let through"):
        sign_in(gateway, shop, "ada")
