"""A web application that signs people in with OpenID Connect."""

import os

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, session, url_for
from markupsafe import escape


def create_app(issuer, client_id, client_secret):
    app = Flask(__name__)
    app.secret_key = os.urandom(32)
    gate = OAuth(app).register(
        "gate",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=issuer + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile groups", "code_challenge_method": "S256"},
    )

    @app.get("/")
    def home():
        if "name" not in session:
            return redirect(url_for("login"))
        page = f"<!doctype html><title>Shop</title><h1>Hello {escape(session['name'])}</h1>"
        if "shopkeepers" in session["groups"]:
            page += '<p><a href="/prices">Change the prices</a></p>'
        return page

    @app.get("/login")
    def login():
        return gate.authorize_redirect(url_for("callback", _external=True))

    @app.get("/callback")
    def callback():
        try:
            token = gate.authorize_access_token()  # checks state, nonce and the ID token
        except OAuthError as e:
            return f"You are not signed in: {escape(e.error)}", 403
        person = gate.userinfo(token=token)
        session["name"] = person["name"]
        session["groups"] = person.get("groups", [])
        return redirect(url_for("home"))

    return app
