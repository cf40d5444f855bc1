"""The entry point: gevent is patched in before anything else is imported."""

from gevent import monkey

monkey.patch_all()

from switchd.cli.app import app  # noqa: E402 - only after patching


def main() -> None:
    """Run the command line."""
    app(prog_name="switchd")


if __name__ == "__main__":
    main()
