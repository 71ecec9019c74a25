"""The buyer's account: what a person has, what is coming, and every command of a buyer, without JavaScript."""
