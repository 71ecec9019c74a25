"""The payment port and its adapters. Nothing here decides what an answer means for a renewal."""
