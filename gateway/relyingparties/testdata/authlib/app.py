"""An application that signs people in with Authlib, as its documentation shows it for Flask."""

import html
import json
import os
import sys
from urllib.parse import urlencode

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, redirect, request, session
from werkzeug.serving import make_server

name, issuer, here = sys.argv[1:4]

app = Flask(__name__)
app.secret_key = os.urandom(32)
app.config["SESSION_COOKIE_NAME"] = "authlib_app"  # cookies of 127.0.0.1 are shared by all ports
gate = OAuth(app).register(
    "gate",
    client_id=name,
    client_secret=os.environ["CLIENT_SECRET"],
    server_metadata_url=issuer + "/.well-known/openid-configuration",
    client_kwargs={"scope": os.environ["CLIENT_SCOPE"], "code_challenge_method": "S256"},
)


def learn():
    token = gate.authorize_access_token()  # checks state, ID token and nonce
    session["id_token"] = token["id_token"]
    again = gate.fetch_access_token(grant_type="refresh_token", refresh_token=token["refresh_token"])
    return {
        "id_token": token["userinfo"],
        "access_token": token["access_token"],
        "userinfo": gate.userinfo(token=token),
        "refreshed": {"access_token": again["access_token"], "userinfo": gate.userinfo(token=again)},
    }


@app.get("/login")
def login():
    return gate.authorize_redirect(here + "/callback", **request.args)


@app.get("/callback")
def callback():
    try:
        told = learn()
    except OAuthError as e:
        told = {"error": e.error}
    return show(told)


@app.get("/logout")
def logout():
    # Authlib has no logout for Flask: an application reads the endpoint out of what discovery found.
    endpoint = gate.load_server_metadata()["end_session_endpoint"]
    session["leaving"] = os.urandom(8).hex()
    asks = {"id_token_hint": session.pop("id_token"), "post_logout_redirect_uri": here + "/bye", "state": session["leaving"]}
    return redirect(endpoint + "?" + urlencode(asks))


@app.get("/bye")
def bye():
    return show({"bye": request.args.get("state") == session.pop("leaving", "")})


def show(told):
    return "<!doctype html><title>Authlib</title><pre>" + html.escape(json.dumps(told)) + "</pre>"


server = make_server("127.0.0.1", 0, app)
print(json.dumps({"port": server.server_port}), flush=True)
server.serve_forever()
