import asyncio, pytest
from tests.scenarios.theatre import Theatre
from tests.scenarios.portfolios import *
OP="operator:ana"
async def show(name, life, since=""):
    print("=====", name)
    for line in await life.diary(since): print("        "+repr(line).replace("'",'"')+",")
    r=await life.row(); print("   ", r["phase"], r["starts_on"], r["renews_on"], r["auto_renew"], r["access_until"], r["parked_because"])

async def test_a(theatre: Theatre) -> None:
    l = await theatre.subscription(method_token="insufficient_funds")
    await l.until("2027-05-20"); await show("declined to lapse", l, "2027-03-31")
    l = await theatre.subscription(SECOND, method_token="insufficient_funds*2")
    print(await l.command("2027-04-10 12:00","set-payment-method",kind="card",token="ok",expires="2030-01"))
    await l.until("2027-05-20"); await show("2 retries paid; new card after", l, "2027-03-31")
    l = await theatre.subscription(THIRD, method_token="insufficient_funds")
    await l.until("2027-04-04")
    print(await l.command("2027-04-05 12:00","set-payment-method",kind="card",token="ok",expires="2030-01"))
    await l.until("2027-05-20"); await show("2 retries then new card", l, "2027-03-31")

async def test_b(theatre: Theatre) -> None:
    l = await theatre.subscription(term="month", starts_on="2027-01-31", renews_on="2027-02-28", live="2027-02-01")
    await l.until("2027-07-01"); await show("31st monthly", l, )
    l = await theatre.subscription(SECOND, starts_on="2024-02-29", renews_on="2025-02-28", live="2025-02-01")
    await l.until("2028-03-02"); await show("leap yearly", l, )
    l = await theatre.subscription(THIRD, method_token="timeout-then-paid")
    await l.move_to("2027-03-31 06:02")
    print(await l.command("2027-03-31 06:02", "cancel-auto-renew", renewal="2027-03-31"))
    await l.until("2027-04-02"); await show("timeout paid, cancel between", l, "2027-03-31")

async def test_c(theatre: Theatre) -> None:
    l = await theatre.subscription()
    print(await l.command("2027-03-30 23:59","cancel-auto-renew"))
    await l.until("2027-05-20"); await show("cancel eve", l, "2027-03-20")
    l = await theatre.subscription(SECOND, channel="partner", method_kind="")
    print(await l.command("2027-02-10 12:00","record-renewal",by=OP,reference="PO-1",reason="partner order"))
    await l.until("2027-04-20"); await show("recorded early", l, "2027-02-01")
    l = await theatre.subscription(THIRD, channel="partner", method_kind="")
    print(await l.command("2027-04-10 12:00","record-renewal",by=OP,reference="PO-1",reason="partner order", seats=3))
    await l.until("2027-04-20"); await show("recorded late", l, "2027-03-01")

async def test_d(theatre: Theatre) -> None:
    l = await theatre.subscription()
    print(await l.command("2027-03-20 12:00","park",by=OP,reason="dispute"))
    print(await l.command("2027-04-02 12:00","release",by=OP,reason="settled"))
    await l.until("2027-04-20"); await show("park over", l, "2027-03-20")
    for i,(n,live) in enumerate([(SECOND,"2027-03-25 10:00"),(THIRD,"2027-03-31 05:00"),("S-47844","2027-03-31 12:00"),("S-62765","2027-04-10 12:00"),("S-69417","2027-05-10 12:00"),("S-73073","2027-05-20 12:00")]):
        l = await theatre.subscription(n, live=live)
        await l.until("2027-06-20"); await show("late live auto "+live, l)

async def test_e(theatre: Theatre) -> None:
    for i,(n,live) in enumerate([(SECOND,"2027-03-25 10:00"),(THIRD,"2027-03-31 05:00"),("S-47844","2027-03-31 12:00"),("S-62765","2027-04-10 12:00"),("S-69417","2027-05-14 12:00"),("S-73073","2027-05-20 12:00")]):
        l = await theatre.subscription(n, live=live, auto_renew="no")
        await l.until("2027-06-20"); await show("late live manual "+live, l)

async def test_f(theatre: Theatre) -> None:
    for n,t in [(SECOND,"expired_card"),(THIRD,"lost_card"),("S-47844","authentication_required"),("S-62765","timeout-then-declined"),("S-69417","down*3"),("S-73073","pending-then-paid:3d"),("S-73841","pending-then-declined:3d"),("S-94118","timeout-then-paid"),("S-96133","odd_code*1")]:
        l = await theatre.subscription(n, method_token=t)
        await l.until("2027-04-09"); await show(t, l,"2027-03-31")
