"""The last scan -> what an agent may ask of it. Two modules:

- `answers`: what of a scan an agent is given, in the closed vocabulary;
- `server`: the tools by which it asks (MCP), and how a person decides. It needs the extra `mcp`; its command alone imports it.
"""
