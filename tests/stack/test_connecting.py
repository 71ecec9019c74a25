"""What an address of the database asks for is given, save what the product needs otherwise."""

from sqlalchemy import make_url, text

from models.engine import create_engine


async def test_options_of_the_address_are_heeded_and_instants_stay_in_utc(database_url: str) -> None:
    wanted = make_url(database_url).update_query_dict({"options": "-c timezone=Asia/Tokyo -c search_path=own,public"})
    engine = create_engine(wanted.render_as_string(hide_password=False))
    async with engine.connect() as connection:
        shown = [await connection.scalar(text(f"SHOW {name}")) for name in ("search_path", "timezone")]
    await engine.dispose()
    assert shown == ["own,public", "UTC"]
